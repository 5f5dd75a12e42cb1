-- Notes the model behind an arm; another one than before makes the arm jump. KEYS: arms, changes.
-- ARGV: arm, model, epoch, origin and jump to begin with, seconds, time to live in ms. Gives the landmark: epoch, origin, jump.
local arms, changes = KEYS[1], KEYS[2]
local field = 's:' .. ARGV[1]
local model = redis.call('HGET', arms, 'm:' .. ARGV[1])
local stored = redis.call('HGET', arms, field)
local v = redis.call('HGET', arms, 'v')
redis.call('ZCARD', changes)
local e, o, j, r = string.match(stored or '', '^(%S+) (%S+) (%S+) (%S+)$')
if not (tonumber(e) and tonumber(o) and tonumber(j) and tonumber(r)) then
  e, o, j, r = ARGV[3], ARGV[4], ARGV[5], '0'
end
if model and model ~= ARGV[2] then
  j = string.format('%.17g', tonumber(j) + tonumber(ARGV[6]))
end
if model ~= ARGV[2] then
  local version = string.format('%.17g', (tonumber(string.match(v or '', '^(%S+) ')) or 0) + 1)
  local whole = string.match(v or '', ' (%S+)$') or '0'
  redis.call('HSET', arms, 'm:' .. ARGV[1], ARGV[2])
  redis.call('HSET', arms, field, e .. ' ' .. o .. ' ' .. j .. ' ' .. r)
  redis.call('HSET', arms, 'v', version .. ' ' .. whole)
  redis.call('ZADD', changes, version, field)
  redis.call('PEXPIRE', arms, ARGV[7])
  redis.call('PEXPIRE', changes, ARGV[7])
end
return {e, o, j}
