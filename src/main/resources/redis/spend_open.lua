-- Begins one tenant's spend, once. KEYS: the tenant's spend, then its spend of single days as earlier versions kept it. ARGV: those days.
-- Gives '1' if it was begun now. Earlier versions' keys stay as they are, and end by their own time to live.
if redis.call('HGET', KEYS[1], 'v') then
  return '0'
end
local days = {}
for i = 2, #KEYS do
  local nanos = redis.call('HGET', KEYS[i], 'nanos')
  if nanos and string.match(nanos, '^%-?%d+$') then
    days[#days + 1] = {ARGV[i - 1], nanos}
  end
end
for _, day in ipairs(days) do
  redis.call('HINCRBY', KEYS[1], '|' .. day[1], day[2])
  redis.call('HINCRBY', KEYS[1], '|' .. string.sub(day[1], 1, 7), day[2])
  redis.call('HINCRBY', KEYS[1], '|total', day[2])
end
redis.call('HSET', KEYS[1], 'v', '1')
return '1'
