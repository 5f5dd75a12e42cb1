-- Adds to an arm's jump while its scale is the one that was seen. KEYS: arms.
-- ARGV: arm, epoch seen, landmark seen, jump seen, seconds, time to live in ms. Gives the scale: epoch, landmark, jump.
local field = 's:' .. ARGV[1]
local stored = redis.call('HGET', KEYS[1], field)
local e, l, j, r = string.match(stored or '', '^(%S+) (%S+) (%S+) (%S+)$')
if not tonumber(j) then
  e, l, j, r = ARGV[2], ARGV[3], ARGV[4], '0'
end
if tonumber(e) == tonumber(ARGV[2]) and tonumber(j) == tonumber(ARGV[4]) then
  j = string.format('%.17g', tonumber(j) + tonumber(ARGV[5]))
  redis.call('HSET', KEYS[1], field, e .. ' ' .. l .. ' ' .. j .. ' ' .. r)
  redis.call('PEXPIRE', KEYS[1], ARGV[6])
end
return {e, l, j}
