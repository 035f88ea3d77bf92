-- Has the places of a topic go on after this one, which an instance gave while it was alone.
-- KEYS: the least place. ARGV: the place, for how long it counts.
if tonumber(redis.call('GET', KEYS[1]) or '0') < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 0
