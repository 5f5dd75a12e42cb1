-- The lens under one hash, noting its use. KEYS: lenses, uses. ARGV: hash.
local lens = redis.call('HGET', KEYS[1], ARGV[1])
if lens then
  local t = redis.call('TIME')
  -- A server that cannot write now can still be read from.
  redis.pcall('ZADD', KEYS[2], t[1] .. string.format('%06d', t[2]), ARGV[1])
end
return lens
