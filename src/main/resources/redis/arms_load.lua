-- Everything about a population, and the time. KEYS: arms. ARGV: most cells. Gives: now, then fields and values in turn.
-- Far more than we ever write stays here, and shows as one entry that is none of ours.
local t = redis.call('TIME')
local now = string.format('%.17g', t[1] + t[2] / 1000000)
if redis.call('HLEN', KEYS[1]) > 2 * ARGV[1] then
  return {now, 'huge', ''}
end
local reply = redis.call('HGETALL', KEYS[1])
table.insert(reply, 1, now)
return reply
