-- Keeps an issued key or a revocation; what is there stays. KEYS: keys. ARGV: field, value, a new revision.
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 1 then
  redis.call('HSET', KEYS[1], 'revision', ARGV[3])
end
return 1
