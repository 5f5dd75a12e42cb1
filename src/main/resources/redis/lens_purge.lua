-- Removes everything of one tenant; gives the number of lenses. KEYS: lenses, uses, ends, claims, records, record uses.
local removed = redis.call('HLEN', KEYS[1])
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6])
return tostring(removed)
