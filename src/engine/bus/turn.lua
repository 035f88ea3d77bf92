-- Takes a turn at a pace that all instances keep: {1, how long to wait for it}, or if that is too long, {0, how long to wait before asking
-- again}. All times in microseconds, by the clock of Redis.
-- KEYS: when the burst is whole again; when a turn may be lent again. ARGV: the time between two turns, how far ahead calls may run, how
-- long the caller would wait; for a caller who has time also how far ahead calls may run for that, and how often a turn is lent.
local interval, lead, patience = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local ahead = math.max(tonumber(redis.call('GET', KEYS[1]) or '0') - now, 0)
if ARGV[4] then
  local over, lent_every = ahead - tonumber(ARGV[4]), tonumber(ARGV[5])
  if over > 0 then
    local lent_at = tonumber(redis.call('GET', KEYS[2]) or tostring(now + lent_every))
    local due = now >= lent_at
    if due then
      lent_at = now + lent_every
    end
    redis.call('SET', KEYS[2], string.format('%.0f', lent_at), 'PX', math.ceil(lent_every / 1000) + 60000)
    if not due then
      return {0, math.min(over, lent_at - now)}
    end
  end
end
local wait = math.max(ahead - lead, 0)
if wait > patience then
  return {0, wait}
end
redis.call('SET', KEYS[1], string.format('%.0f', now + ahead + interval), 'PX', math.ceil((ahead + interval) / 1000) + 1000)
return {1, wait}
