-- Renews the lease if it still is ours: 1. If it is another's, or nobody's: 0.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
