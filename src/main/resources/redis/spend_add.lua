-- Adds nano-dollars once per sequence of a replica. KEYS: one tenant's day. ARGV: replica, sequence, nanos, time to live in ms.
-- Gives the day's sum, and '1' when what was there was no amount and had to go.
local sum = redis.call('HGET', KEYS[1], 'nanos')
local last = redis.call('HGET', KEYS[1], 'replica:' .. ARGV[1])
local discarded = '0'
if sum and not string.match(sum, '^%-?%d+$') then
  redis.call('HDEL', KEYS[1], 'nanos')
  discarded = '1'
end
if last and tonumber(last) and tonumber(last) >= tonumber(ARGV[2]) then
  return {redis.call('HGET', KEYS[1], 'nanos') or '0', discarded}
end
redis.call('HINCRBY', KEYS[1], 'nanos', ARGV[3])
redis.call('HSET', KEYS[1], 'replica:' .. ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {redis.call('HGET', KEYS[1], 'nanos'), discarded}
