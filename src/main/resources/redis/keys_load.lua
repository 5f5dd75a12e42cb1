-- Issued keys and revocations. KEYS: keys. ARGV: the revision that the caller has. Gives every field and value, or nothing when that is
-- still the revision.
if (redis.call('HGET', KEYS[1], 'revision') or '') == ARGV[1] then
  return false
end
return redis.call('HGETALL', KEYS[1])
