-- Grants the right to write one lens, to one at a time. KEYS: claims, lenses. ARGV: hash, limit in ms.
-- Gives the token, '' when another holds it, and the lens that is there, '' when none.
-- One hash of all the tenant's claims, each with its own end, so that a purge ends them with everything else.
local held = redis.call('HGET', KEYS[1], ARGV[1])
local length = redis.call('HSTRLEN', KEYS[2], ARGV[1])
local lens = length < 200000 and redis.call('HGET', KEYS[2], ARGV[1]) or length > 0 and 'too long'
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if held then
  local ends = tonumber(string.match(held, '^%d+ (%d+)$'))
  if ends and ends > now then
    return {'', ''}
  end
end
if redis.call('HLEN', KEYS[1]) > 256 then
  -- The dead whom nobody followed.
  local all = redis.call('HGETALL', KEYS[1])
  for i = 1, #all, 2 do
    local ends = tonumber(string.match(all[i + 1], '^%d+ (%d+)$'))
    if not ends or ends <= now then
      redis.call('HDEL', KEYS[1], all[i])
    end
  end
end
-- Microseconds: no second claim of this key can be granted within one.
local token = t[1] .. string.format('%06d', t[2])
redis.call('HSET', KEYS[1], ARGV[1], token .. ' ' .. string.format('%.0f', now + ARGV[2]))
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return {token, lens or ''}
