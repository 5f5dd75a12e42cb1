-- Adds nano-dollars once per sequence of a replica. KEYS: one tenant's spend. ARGV: replica, sequence, oldest day and oldest month to keep,
-- then account, day, nanos, as often as wanted; the account is the key's name, empty for the whole tenant.
-- Gives the number of fields that were no amounts and had to go; 'absent' when the tenant's spend was never opened: then nothing is added.
if not redis.call('HGET', KEYS[1], 'v') then
  return 'absent'
end
local last = redis.call('HGET', KEYS[1], 'replica:' .. ARGV[1])
last = last and string.match(last, '^%d+')
if last and tonumber(last) >= tonumber(ARGV[2]) then
  return '0'
end
local discarded = 0
local function add(field, nanos)
  local sum = redis.call('HGET', KEYS[1], field)
  if sum and not string.match(sum, '^%-?%d+$') then
    redis.call('HDEL', KEYS[1], field)
    discarded = discarded + 1
  end
  redis.call('HINCRBY', KEYS[1], field, nanos)
  return not sum
end
local newest = ''
local begins = false
for i = 5, #ARGV, 3 do
  local account, day, nanos = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  begins = add(account .. '|' .. day, nanos) or begins
  add(account .. '|' .. string.sub(day, 1, 7), nanos)
  add(account .. '|total', nanos)
  if day > newest then
    newest = day
  end
end
redis.call('HSET', KEYS[1], 'replica:' .. ARGV[1], ARGV[2] .. '|' .. newest)
if begins then
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    local window = string.match(field, '|([%d%-]+)$')
    if window and ((#window == 10 and window < ARGV[3]) or (#window == 7 and window < ARGV[4])) then
      redis.call('HDEL', KEYS[1], field)
    elseif string.sub(field, 1, 8) == 'replica:' then
      local day = string.match(redis.call('HGET', KEYS[1], field), '|([%d%-]+)$')
      if not day or day < ARGV[3] then
        redis.call('HDEL', KEYS[1], field)
      end
    end
  end
end
return tostring(discarded)
