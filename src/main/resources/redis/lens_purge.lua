-- Removes everything of one tenant; gives the number of lenses. KEYS: lenses, uses, ends, claims.
local removed = redis.call('HLEN', KEYS[1])
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
return tostring(removed)
