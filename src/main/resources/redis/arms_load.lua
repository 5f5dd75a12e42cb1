-- Everything about a population, and the time. KEYS: arms. Gives: now, then fields and values in turn.
local reply = redis.call('HGETALL', KEYS[1])
local t = redis.call('TIME')
table.insert(reply, 1, string.format('%.17g', t[1] + t[2] / 1000000))
return reply
