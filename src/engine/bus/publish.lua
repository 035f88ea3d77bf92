-- Gives a level its place, keeps it among the last ones and tells it to all: the place, and the one before it. Nothing if the lease
-- is not ours: somebody else may have told a later value.
-- KEYS: the lease, the levels, the least place of levels told elsewhere. ARGV: token, how long a lease lasts, channel, least place, the last
-- place that the holder knows, the level, how many are kept, for how long.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return {}
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local last = tonumber(ARGV[5])
local newest = redis.call('LINDEX', KEYS[2], 0)
if newest then
  last = math.max(last, tonumber(string.match(newest, '^%d+')))
end
last = math.max(last, tonumber(redis.call('GET', KEYS[3]) or '0'))
local place = math.max(last + 1, tonumber(ARGV[4]))
local message = string.format('%.0f %.0f ', place, last) .. ARGV[6]
redis.call('LPUSH', KEYS[2], message)
redis.call('LTRIM', KEYS[2], 0, tonumber(ARGV[7]) - 1)
redis.call('PEXPIRE', KEYS[2], ARGV[8])
redis.call('PUBLISH', ARGV[3], message)
return {place, last}
