-- Forgets an arm's evidence, or every arm's. KEYS: arms. ARGV: arm, or '' for all.
local t = redis.call('TIME')
local now = string.format('%.17g', t[1] + t[2] / 1000000)
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  local arm = string.match(field, '^[sc]:([^ ]+)')
  if ARGV[1] == '' or arm == ARGV[1] then
    if string.sub(field, 1, 2) == 's:' then
      local epoch = tonumber(string.match(redis.call('HGET', KEYS[1], field), '^(%S+) ')) or 0
      -- From this epoch on evidence counts again.
      local next = string.format('%.17g', epoch + 1)
      redis.call('HSET', KEYS[1], field, next .. ' ' .. now .. ' 0 ' .. next)
    else
      redis.call('HDEL', KEYS[1], field)
    end
  end
end
return '1'
