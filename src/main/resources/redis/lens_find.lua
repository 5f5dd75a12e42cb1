-- The lens under one hash, noting its use. KEYS: lenses, uses. ARGV: hash.
-- What is far too long for a lens stays here, and shows as something that is none.
local length = redis.call('HSTRLEN', KEYS[1], ARGV[1])
local lens = length < 200000 and redis.call('HGET', KEYS[1], ARGV[1]) or length > 0 and 'too long'
if lens then
  local t = redis.call('TIME')
  -- A server that cannot write now can still be read from.
  redis.pcall('ZADD', KEYS[2], t[1] .. string.format('%06d', t[2]), ARGV[1])
end
return lens
