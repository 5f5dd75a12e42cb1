-- Everything of one tenant: hashes and lenses in turn, hashes and records in turn. KEYS: lenses, records.
return {redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[2])}
