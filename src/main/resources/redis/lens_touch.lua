-- Notes the use of a lens that is there. KEYS: lenses, uses. ARGV: hash.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then
  local t = redis.call('TIME')
  redis.call('ZADD', KEYS[2], t[1] .. string.format('%06d', t[2]), ARGV[1])
end
return '1'
