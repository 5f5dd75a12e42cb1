-- Forgets an arm's evidence, or every arm's. KEYS: arms, changes. ARGV: arm, or '' for all.
local arms, changes = KEYS[1], KEYS[2]
redis.call('ZCARD', changes)
local t = redis.call('TIME')
local now = string.format('%.17g', t[1] + t[2] / 1000000)
for _, field in ipairs(redis.call('HKEYS', arms)) do
  local arm = string.match(field, '^[scod]:([^ ]+)')
  if arm and (ARGV[1] == '' or arm == ARGV[1]) then
    if string.sub(field, 1, 2) == 's:' then
      local epoch = tonumber(string.match(redis.call('HGET', arms, field), '^(%S+) ')) or 0
      -- From this epoch on evidence counts again.
      local next = string.format('%.17g', epoch + 1)
      redis.call('HSET', arms, field, next .. ' ' .. now .. ' 0 ' .. next)
    else
      redis.call('HDEL', arms, field)
      redis.call('ZREM', changes, field)
    end
  end
end
local v = redis.call('HGET', arms, 'v')
local version = string.format('%.17g', (tonumber(string.match(v or '', '^(%S+) ')) or 0) + 1)
-- Who knows an earlier version is told everything: what is gone shows in no list of changes.
redis.call('HSET', arms, 'v', version .. ' ' .. version)
return '1'
