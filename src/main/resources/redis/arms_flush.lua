-- Adds deltas to a population's sums, once per sequence of a replica, and tells what changed. KEYS: arms, replicas, changes.
-- ARGV: replica, sequence, since, tau, most cells, time to live in ms, threshold, seconds of an alarm's jump, number of residuals;
-- per residual: arm, low alone, low sum, high alone, high sum; per delta: arm, epoch, origin, jump, cell, weight, reward, squares.
-- Without a replica nothing is added, only told.
-- Gives: effect, now, refused, discarded, number of alarms, per alarm: arm, direction; version, extent, then fields and values in turn.
-- Fields of arms: "s:ARM" = "EPOCH ORIGIN JUMP RESET-EPOCH", "c:ARM CELL" = "WEIGHT REWARD SQUARES", "o:ARM CELL" likewise of the
-- arm as it was before an alarm, "d:ARM" = "LOW HIGH", "m:ARM" = model, "v" = "VERSION WHOLE". Members of changes: fields of arms, by
-- the version that changed them.
-- Numbers are text: Redis would cut them to whole ones, Lua's own form has 14 digits of the 17.
local FAR = 30
local arms, replicas, changes = KEYS[1], KEYS[2], KEYS[3]
local since, tau, most = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local last = redis.call('HGET', replicas, ARGV[1])
local size = redis.call('HLEN', arms)
redis.call('ZCARD', changes)
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local refused, discarded = 0, 0

local function text(x)
  return string.format('%.17g', x)
end

local function number(s)
  local x = tonumber(s)
  if x and x == x and x < 1e300 and x > -1e300 then
    return x
  end
end

local function landmark(arm)
  local stored = redis.call('HGET', arms, 's:' .. arm)
  if not stored then
    return nil
  end
  local e, o, j, r = string.match(stored, '^(%S+) (%S+) (%S+) (%S+)$')
  local found = {epoch = number(e), origin = number(o), jump = number(j), reset = number(r)}
  if found.epoch and found.origin and found.jump and found.reset and found.jump >= 0 then
    return found
  end
  discarded = discarded + 1
  return nil
end

local stored = redis.call('HGET', arms, 'v')
local v, w = string.match(stored or '', '^(%S+) (%S+)$')
local version, whole = number(v) or 0, number(w) or 0
if version < 0 or version > 9e15 then
  version = 0
end

local function changed(field)
  redis.call('ZADD', changes, text(version), field)
end

local function keep(arm, s)
  redis.call('HSET', arms, 's:' .. arm, text(s.epoch) .. ' ' .. text(s.origin) .. ' ' .. text(s.jump) .. ' ' .. text(s.reset))
  changed('s:' .. arm)
end

local function sums(field)
  local stored = redis.call('HGET', arms, field)
  if not stored then
    return nil
  end
  local w, r, q = string.match(stored, '^(%S+) (%S+) (%S+)$')
  w, r, q = number(w), number(r), number(q)
  if w and r and q then
    return {w, r, q}
  end
  discarded = discarded + 1
  return {0, 0, 0}
end

local function put(field, s)
  redis.call('HSET', arms, field, text(s[1]) .. ' ' .. text(s[2]) .. ' ' .. text(s[3]))
end

local function times(s, factor)
  return {s[1] * factor, s[2] * factor, s[3] * factor}
end

-- Names of an arm's cells, those of its former self included where that is asked for.
local function cells(arm, former)
  local found = {}
  for _, field in ipairs(redis.call('HKEYS', arms)) do
    local kind, owner, cell = string.match(field, '^([co]):([^ ]+) (.*)$')
    if owner == arm and (former or kind == 'c') then
      found[#found + 1] = {kind = kind, name = cell, field = field}
    end
  end
  return found
end

-- Divides all cells of an arm, so that what it weighs now is about one again.
local function relandmark(arm, s)
  local origin = now + s.jump
  local factor = math.exp((s.origin - origin) / tau)
  for _, cell in ipairs(cells(arm, true)) do
    put(cell.field, times(sums(cell.field), factor))
  end
  s.origin = origin
  s.epoch = s.epoch + 1
  keep(arm, s)
  whole = version
end

local known = {}

local function add(i)
  local arm = ARGV[i]
  local epoch, origin, jump = number(ARGV[i + 1]), number(ARGV[i + 2]), number(ARGV[i + 3])
  local s = known[arm] or landmark(arm)
  if not s and epoch and origin and jump then
    s = {epoch = epoch, origin = origin, jump = jump, reset = 0}
    keep(arm, s)
  end
  if not s then
    return false
  end
  if not known[arm] and (now + s.jump - s.origin) / tau > FAR then
    relandmark(arm, s)
  end
  known[arm] = s
  local w, r, q = number(ARGV[i + 5]), number(ARGV[i + 6]), number(ARGV[i + 7])
  local factor = origin and math.exp((origin - s.origin) / tau)
  if not (epoch and factor and epoch >= s.reset and w and r and q
      and number(w * factor) and number(r * factor) and number(q * factor)) then
    return false
  end
  local field = 'c:' .. arm .. ' ' .. ARGV[i + 4]
  local x = sums(field)
  if not x then
    if size >= most then
      return false
    end
    size = size + 1
    x = {0, 0, 0}
  end
  put(field, {x[1] + w * factor, x[2] + r * factor, x[3] + q * factor})
  changed(field)
  return true
end

-- Keeps an arm's evidence beside it as that of its former self, at the weight it has, before the arm jumps: of two former selves the
-- better known one. No room for it means none.
local function setAside(arm, seconds)
  local keep = math.exp(-seconds / tau)
  local here, before, count = 0, 0, 0
  local all = cells(arm, true)
  for _, cell in ipairs(all) do
    local weight = sums(cell.field)[1]
    if cell.kind == 'c' then
      here = here + weight * (1 - keep)
      count = count + 1
    else
      before = before + weight
    end
  end
  local from, share = 'o', 1
  if here > before and size + count <= 2 * most then
    from, share = 'c', 1 - keep
  end
  for _, cell in ipairs(all) do
    if cell.kind == from then
      local field = 'o:' .. arm .. ' ' .. cell.name
      put(field, times(sums(cell.field), share / keep))
      changed(field)
    end
  end
end

local alarms = {}

local function watch(i)
  local arm = ARGV[i]
  local s = known[arm] or landmark(arm)
  local a, b, c, d = number(ARGV[i + 1]), number(ARGV[i + 2]), number(ARGV[i + 3]), number(ARGV[i + 4])
  if not (s and a and b and c and d) then
    return
  end
  local stored = redis.call('HGET', arms, 'd:' .. arm)
  local l, h = string.match(stored or '', '^(%S+) (%S+)$')
  local low = math.max(a, math.max(0, number(l) or 0) + b)
  local high = math.max(c, math.max(0, number(h) or 0) + d)
  local threshold = number(ARGV[7])
  if threshold and (low > threshold or high > threshold) then
    alarms[#alarms + 1] = arm
    alarms[#alarms + 1] = low > high and 'worse' or 'better'
    redis.call('HDEL', arms, 'd:' .. arm)
    setAside(arm, tonumber(ARGV[8]))
    s.jump = s.jump + tonumber(ARGV[8])
    keep(arm, s)
  else
    redis.call('HSET', arms, 'd:' .. arm, text(low) .. ' ' .. text(high))
  end
end

local effect = 'applied'
local before = last and tonumber(string.match(last, '^(%d+) ')) or 0
if ARGV[1] == '' or before >= tonumber(ARGV[2]) then
  effect = 'duplicate'
else
  version = version + 1
  local first = 10 + 5 * ARGV[9]
  for i = first, #ARGV, 8 do
    if not add(i) then
      refused = refused + 1
    end
  end
  for i = 10, first - 1, 5 do
    watch(i)
  end
  local ms = string.format('%.0f', now * 1000)
  if redis.call('HLEN', replicas) > 256 then
    -- Processes that are long gone.
    local all = redis.call('HGETALL', replicas)
    for i = 1, #all, 2 do
      local seen = tonumber(string.match(all[i + 1], ' (%d+)$'))
      if not seen or seen < now * 1000 - 86400000 then
        redis.call('HDEL', replicas, all[i])
      end
    end
  end
  redis.call('HSET', replicas, ARGV[1], ARGV[2] .. ' ' .. ms)
  redis.call('HSET', arms, 'v', text(version) .. ' ' .. text(whole))
  redis.call('PEXPIRE', arms, ARGV[6])
  redis.call('PEXPIRE', replicas, ARGV[6])
  redis.call('PEXPIRE', changes, ARGV[6])
end

local reply = {effect, text(now), tostring(refused), tostring(discarded), tostring(#alarms / 2)}
for _, x in ipairs(alarms) do
  reply[#reply + 1] = x
end
reply[#reply + 1] = text(version)

local function tell(field)
  local value = redis.call('HGET', arms, field)
  if value then
    reply[#reply + 1] = field
    reply[#reply + 1] = value
  end
end

if since > 0 and since >= whole and since <= version then
  reply[#reply + 1] = 'changes'
  local told = {}
  for _, field in ipairs(redis.call('ZRANGEBYSCORE', changes, '(' .. ARGV[3], '+inf')) do
    local arm = string.match(field, '^[co]:([^ ]+) ')
    if arm and not told[arm] then
      told[arm] = true
      tell('s:' .. arm)
    end
    tell(field)
  end
else
  reply[#reply + 1] = 'whole'
  if redis.call('HLEN', arms) > 2 * most then
    -- Far more than we ever write stays here, and shows as one entry that is none of ours.
    reply[#reply + 1] = 'huge'
    reply[#reply + 1] = ''
  else
    local all = redis.call('HGETALL', arms)
    for i = 1, #all, 2 do
      if not string.match(all[i], '^[dm]:') and all[i] ~= 'v' then
        reply[#reply + 1] = all[i]
        reply[#reply + 1] = all[i + 1]
      end
    end
  end
end
return reply
