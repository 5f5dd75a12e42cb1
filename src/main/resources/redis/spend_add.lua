-- Adds nano-dollars once per sequence of a replica, and sets its leases. KEYS: one tenant's spend, its leases.
-- ARGV: replica, sequence, oldest day and oldest month to keep, today, time to live of a lease in ms, number of additions, then for each
-- addition: account, day, nanos; then for each lease: account, limit of the day, of the month, altogether (empty: none), the level wanted,
-- the least level that helps, what running requests have reserved. The account is a key's name, empty for the whole tenant.
-- Gives the number of fields that were no amounts and had to go; then for each lease: its level, the sum of all leases, spend of the day, of
-- the month, altogether. 'absent' when the tenant's spend was never opened: then nothing is done.
--
-- A lease is a field REPLICA|ACCOUNT of the leases: nanos|expires. What a replica books comes out of its lease. A lease whose replica has not
-- been heard of in time is over, and taken for spent: nobody knows what its last requests cost. It is owed to that replica: should it come back,
-- what it then books is taken from there first, and what its running requests do not need is given back.
--
-- A sequence that is not above the last one was carried out before, or comes late: over a connection that the replica has given up, after what it
-- has sent since. Its additions count already, and its leases are as they are: what it asked for is no longer what the replica goes by.
if not redis.call('HGET', KEYS[1], 'v') then
  return {'absent'}
end
local replica, today = ARGV[1], ARGV[5]
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local discarded, begins = 0, false

local function whole(number)
  return string.format('%.0f', number)
end

local function add(field, nanos)
  local sum = redis.call('HGET', KEYS[1], field)
  if sum and not string.match(sum, '^%-?%d+$') then
    redis.call('HDEL', KEYS[1], field)
    discarded = discarded + 1
  end
  redis.call('HINCRBY', KEYS[1], field, nanos)
  return not sum
end

local function book(account, day, nanos)
  begins = add(account .. '|' .. day, nanos) or begins
  add(account .. '|' .. string.sub(day, 1, 7), nanos)
  add(account .. '|total', nanos)
end

local function lease(field)
  local nanos, expires = string.match(redis.call('HGET', KEYS[2], field) or '', '^(%d+)|(%d+)$')
  return tonumber(nanos or 0), tonumber(expires or 0)
end

local function owed(account)
  local nanos, day = string.match(redis.call('HGET', KEYS[2], 'owed|' .. replica .. '|' .. account) or '', '^(%d+)|(.+)$')
  return tonumber(nanos or 0), day
end

local function owe(who, account, nanos, day)
  local field = 'owed|' .. who .. '|' .. account
  if nanos > 0 then
    redis.call('HSET', KEYS[2], field, whole(nanos) .. '|' .. day)
  else
    redis.call('HDEL', KEYS[2], field)
  end
end

local last = redis.call('HGET', KEYS[1], 'replica:' .. replica)
last = last and string.match(last, '^%d+')
local late = last and tonumber(last) >= tonumber(ARGV[2])
local additions = tonumber(ARGV[7])
local position = 8
if not late then
  for _ = 1, additions do
    local account, day, nanos = ARGV[position], ARGV[position + 1], ARGV[position + 2]
    position = position + 3
    local mine, expires = lease(replica .. '|' .. account)
    if mine > 0 then
      redis.call('HSET', KEYS[2], replica .. '|' .. account,
          whole(math.max(0, mine - tonumber(nanos))) .. '|' .. whole(expires))
    end
    local before, when = owed(account)
    if before > 0 and tonumber(nanos) > 0 then
      local known = math.min(before, tonumber(nanos))
      owe(replica, account, before - known, when)
      nanos = whole(tonumber(nanos) - known)
    end
    book(account, day, nanos)
  end
  redis.call('HSET', KEYS[1], 'replica:' .. replica, ARGV[2] .. '|' .. today)
else
  position = position + 3 * additions
end

local answer = {'0'}
if position <= #ARGV then
  local sums = {}
  local fields = redis.call('HGETALL', KEYS[2])
  for i = 1, #fields, 2 do
    local who, account = string.match(fields[i], '^(%x+)|(.*)$')
    if who then
      local nanos, expires = lease(fields[i])
      if expires < now and who ~= replica then
        if nanos > 0 then
          book(account, today, whole(nanos))
          owe(who, account, nanos, today)
        end
        redis.call('HDEL', KEYS[2], fields[i])
      else
        sums[account] = (sums[account] or 0) + nanos
      end
    elseif string.sub(fields[i], 1, 5) == 'owed|' and (string.match(fields[i + 1], '|(.+)$') or '') < ARGV[3] then
      redis.call('HDEL', KEYS[2], fields[i])
    end
  end
  while position <= #ARGV do
    local account = ARGV[position]
    local wanted, least, reserved = tonumber(ARGV[position + 4]), tonumber(ARGV[position + 5]), tonumber(ARGV[position + 6])
    local before, when = owed(account)
    if before > reserved and not late then
      -- It is back, and fewer of its requests still run than were taken for spent.
      book(account, when, whole(reserved - before))
      owe(replica, account, reserved, when)
    end
    local spent, left = {}, nil
    for i, window in ipairs({today, string.sub(today, 1, 7), 'total'}) do
      local sum = redis.call('HGET', KEYS[1], account .. '|' .. window)
      spent[i] = sum and string.match(sum, '^%-?%d+$') or '0'
      local limit = ARGV[position + i]
      if limit ~= '' then
        local free = tonumber(limit) - tonumber(spent[i]) - (sums[account] or 0)
        left = left and math.min(left, free) or free
      end
    end
    local field = replica .. '|' .. account
    local level = lease(field)
    if not late then
      local mine = level
      if wanted < mine then
        level = wanted
      elseif left and left > 0 then
        local need = math.max(0, least - mine)
        if left >= need then
          -- Smaller as the end comes near, so that no replica sits on what others could use.
          level = mine + math.min(wanted - mine, math.max(need, math.floor(left / 8)), left)
        end
      end
      sums[account] = (sums[account] or 0) - mine + level
      if level > 0 then
        redis.call('HSET', KEYS[2], field, whole(level) .. '|' .. whole(now + tonumber(ARGV[6])))
      else
        redis.call('HDEL', KEYS[2], field)
      end
    end
    for _, value in ipairs({whole(level), whole(sums[account] or 0), spent[1], spent[2], spent[3]}) do
      answer[#answer + 1] = value
    end
    position = position + 7
  end
end

if begins then
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    local window = string.match(field, '|([%d%-]+)$')
    if window and ((#window == 10 and window < ARGV[3]) or (#window == 7 and window < ARGV[4])) then
      redis.call('HDEL', KEYS[1], field)
    elseif string.sub(field, 1, 8) == 'replica:' then
      local day = string.match(redis.call('HGET', KEYS[1], field), '|([%d%-]+)$')
      if not day or day < ARGV[3] then
        redis.call('HDEL', KEYS[1], field)
      end
    end
  end
end
answer[1] = tostring(discarded)
return answer
