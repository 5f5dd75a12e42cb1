-- Keeps a lens for the claim that is in force. KEYS: claims, lenses, uses, ends. ARGV: hash, token, lens, time to live in ms, maximum,
-- end from which on a lens is a pinned one, which makes no room.
-- Gives '1', or '0' when the claim is over. Every key is read before the first write: a wrong type stops it before half is done.
local held = redis.call('HGET', KEYS[1], ARGV[1])
redis.call('HLEN', KEYS[2])
redis.call('ZCARD', KEYS[3])
redis.call('ZCARD', KEYS[4])
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local token, ends = string.match(held or '', '^(%d+) (%d+)$')
if token ~= ARGV[2] or tonumber(ends) <= now then
  return '0'
end

local function drop(hashes)
  for _, hash in ipairs(hashes) do
    redis.call('HDEL', KEYS[2], hash)
    redis.call('ZREM', KEYS[3], hash)
    redis.call('ZREM', KEYS[4], hash)
  end
end

redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
redis.call('ZADD', KEYS[3], t[1] .. string.format('%06d', t[2]), ARGV[1])
redis.call('ZADD', KEYS[4], string.format('%.0f', now + ARGV[4]), ARGV[1])
redis.call('HDEL', KEYS[1], ARGV[1])

drop(redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', string.format('%.0f', now)))
local over = redis.call('ZCARD', KEYS[3]) - ARGV[5]
if over > 0 then
  for _, hash in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do
    local ends = redis.call('ZSCORE', KEYS[4], hash)
    if over > 0 and not (ends and tonumber(ends) >= tonumber(ARGV[6])) then
      drop({hash})
      over = over - 1
    end
  end
end
if redis.call('HLEN', KEYS[2]) > redis.call('ZCARD', KEYS[3]) then
  -- Lenses whose use or end was lost would never make room.
  for _, hash in ipairs(redis.call('HKEYS', KEYS[2])) do
    if not redis.call('ZSCORE', KEYS[3], hash) or not redis.call('ZSCORE', KEYS[4], hash) then
      drop({hash})
    end
  end
end

local last = redis.call('ZRANGE', KEYS[4], -1, -1, 'WITHSCORES')
if last[2] then
  for i = 2, 4 do
    redis.call('PEXPIREAT', KEYS[i], string.format('%.0f', last[2]))
  end
end
return '1'
