-- Adds sums once per sequence of a replica. KEYS: one tenant's day. ARGV: replica, sequence, time to live in ms, model, then names and amounts in
-- turn; whole numbers have names that begin with w. Gives how many stored values were no numbers and had to go.
local seen = 'replica:' .. ARGV[1] .. '\n' .. ARGV[4]
local last = redis.call('HGET', KEYS[1], seen)
if last and tonumber(last) and tonumber(last) >= tonumber(ARGV[2]) then
  return '0'
end
local discarded = 0
for i = 5, #ARGV, 2 do
  local field = 'model:' .. ARGV[4] .. '\n' .. ARGV[i]
  local command = string.sub(ARGV[i], 1, 1) == 'w' and 'HINCRBY' or 'HINCRBYFLOAT'
  local added = redis.pcall(command, KEYS[1], field, ARGV[i + 1])
  if type(added) == 'table' and added.err then
    redis.call('HSET', KEYS[1], field, ARGV[i + 1])
    discarded = discarded + 1
  end
end
redis.call('HSET', KEYS[1], seen, ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return tostring(discarded)
