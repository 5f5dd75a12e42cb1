-- Issues a key under a name that no other issued key of its tenant has. KEYS: keys. ARGV: field, value, a new revision, what the values of
-- keys of this tenant and name begin with. Gives 1, or 0 when the name is taken. Looks at every key: there are 10,000 at most, and issuing is
-- rare.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then
  return 1
end
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  if string.sub(fields[i], 1, 7) == 'issued:' and string.sub(fields[i + 1], 1, #ARGV[4]) == ARGV[4] then
    return 0
  end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2], 'revision', ARGV[3])
return 1
