-- Everything of one tenant's day, fields and values in turn. KEYS: the day.
return redis.call('HGETALL', KEYS[1])
