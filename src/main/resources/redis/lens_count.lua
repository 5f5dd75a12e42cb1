-- Adds to the record of one lens and to its tenant's sums, and gives both as texts. KEYS: records, record uses.
-- ARGV: hash, life in ms, most records, most names in one, what to add to each as lines of "name number".
-- Whole numbers below 2^53 only: Lua adds those exactly.
local function parsed(text, into)
  for name, number in string.gmatch(text, '(%S+) (%-?%d+)\n') do
    into[name] = (into[name] or 0) + tonumber(number)
  end
  return into
end

local function stored(field)
  return redis.call('HSTRLEN', KEYS[1], field) <= 16384 and redis.call('HGET', KEYS[1], field) or ''
end

local function sum(field, more)
  local before = stored(field)
  if more == '' then
    return before
  end
  local new = parsed(more, {})
  local all = parsed(more, parsed(before, {}))
  local names = {}
  for name, number in pairs(all) do
    if number ~= 0 then
      names[#names + 1] = name
    end
  end
  local crowded = #names > tonumber(ARGV[4])
  local lines = {}
  for _, name in ipairs(names) do
    if not crowded or string.sub(name, 1, 5) ~= 'with/' or new[name] then
      lines[#lines + 1] = name .. ' ' .. string.format('%.0f', all[name]) .. '\n'
    end
  end
  return table.concat(lines)
end

local own = sum(ARGV[1], ARGV[5])
local tenant = sum('*', ARGV[6])
redis.call('ZCARD', KEYS[2])
if ARGV[5] == '' and ARGV[6] == '' then
  return {own, tenant}
end
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if ARGV[5] ~= '' then
  redis.call('HSET', KEYS[1], ARGV[1], own)
  redis.call('ZADD', KEYS[2], string.format('%.0f', now), ARGV[1])
end
if ARGV[6] ~= '' then
  redis.call('HSET', KEYS[1], '*', tenant)
end

local function drop(hashes)
  for _, hash in ipairs(hashes) do
    redis.call('HDEL', KEYS[1], hash)
    redis.call('ZREM', KEYS[2], hash)
  end
end

drop(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now - ARGV[2])))
local over = redis.call('ZCARD', KEYS[2]) - ARGV[3]
if over > 0 then
  drop(redis.call('ZRANGE', KEYS[2], 0, over - 1))
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return {own, tenant}
