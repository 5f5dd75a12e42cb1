-- Orders of scopes. KEYS: pauses. ARGV: scopes. Gives their orders in that sequence, nothing for none.
return redis.call('HMGET', KEYS[1], unpack(ARGV))
