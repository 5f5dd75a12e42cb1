-- Keeps an order of a scope unless one that overrules it is there: a later one, or of the same millisecond one that pauses.
-- KEYS: pauses. ARGV: scope, order. Gives the order that stands. What begins with no time and state makes way.
local function read(order)
  local millis, state = string.match(order, '^(%d+)\t(%a+)\t')
  return tonumber(millis), state
end

local there = redis.call('HGET', KEYS[1], ARGV[1])
if there then
  local theirs, state = read(there)
  local ours, wanted = read(ARGV[2])
  if theirs and (theirs > ours or (theirs == ours and (state == 'paused' or wanted ~= 'paused'))) then
    return there
  end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return ARGV[2]
