-- SPDX-License-Identifier: Apache-2.0
-- Reserves in every quota of a request, or in none.
--
-- KEYS  1 reservations by expiry, 2 nodes by their last sign of life, 3 the reservation, 4.. a tally for each line, parents first
-- ARGV  1 reservation id, 2 its life in ms, 3 node, 4 ms after which a silent node no longer counts,
--       then for each line: 5 units, 6 limit ('' for none), 7 kept by reserves below, 8 own reserve, 9 line of the parent (0 for none),
--       10 start and 11 end of the window in ms
-- Reply {'clock', now} if the windows are not those of the server's clock, else
--       {'ok' or 'full', now, nodes, line that is full or 0, then for each line: use, part of the reserves below that is used}
--
-- A tally is a hash: u use, w used part of the reserves below, c used part of the own reserve. All numbers stay below 2^53.
local LINE = 7
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lines = #KEYS - 3

local function arg(line, field)
  return ARGV[4 + (line - 1) * LINE + field]
end

local function number(key, field)
  return tonumber(redis.call('HGET', key, field) or '0')
end

local function add(tally, units, reserve, parent)
  local use = number(tally, 'u') + units
  if use < 0 then
    use = 0
  end
  redis.call('HSET', tally, 'u', string.format('%.0f', use))
  if parent ~= '' and redis.call('EXISTS', parent) == 1 then
    local had = number(tally, 'c')
    local has = math.max(0, math.min(use, reserve))
    if had ~= has then
      redis.call('HSET', tally, 'c', string.format('%.0f', has))
      redis.call('HINCRBY', parent, 'w', string.format('%.0f', has - had))
    end
  end
end

for line = 1, lines do
  if now < tonumber(arg(line, 6)) or now >= tonumber(arg(line, 7)) then
    return {'clock', now}
  end
end

-- What processes that died had reserved comes back, a few reservations at each call.
local prefix = string.sub(KEYS[3], 1, #KEYS[3] - #ARGV[1])
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 50)) do
  local held = redis.call('HGETALL', prefix .. id)
  for i = 1, #held, 2 do
    local units, reserve, parent = string.match(held[i + 1], '^(%d+)|(%d+)|(.*)$')
    if redis.call('EXISTS', held[i]) == 1 then
      add(held[i], -tonumber(units), tonumber(reserve), parent)
    end
  end
  redis.call('DEL', prefix .. id)
  redis.call('ZREM', KEYS[1], id)
end

redis.call('ZADD', KEYS[2], now, ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - tonumber(ARGV[4]))

local use, drawn, within = {}, {}, {}
for line = 1, lines do
  use[line] = number(KEYS[3 + line], 'u')
  drawn[line] = number(KEYS[3 + line], 'w')
  within[line] = 0
end
for line = 1, lines do
  local parent = tonumber(arg(line, 5))
  if parent > 0 then
    local has = math.max(0, math.min(use[line] + tonumber(arg(line, 1)), tonumber(arg(line, 4))))
    within[parent] = within[parent] + has - number(KEYS[3 + line], 'c')
  end
end

local full, latest = 0, -1
for line = 1, lines do
  if arg(line, 2) ~= '' then
    local kept = tonumber(arg(line, 3))
    local before = use[line] + math.max(0, kept - drawn[line])
    local after = use[line] + tonumber(arg(line, 1)) + math.max(0, kept - drawn[line] - within[line])
    if after > tonumber(arg(line, 2)) and after > before and tonumber(arg(line, 7)) > latest then
      full, latest = line, tonumber(arg(line, 7))
    end
  end
end

if full == 0 then
  local life = tonumber(ARGV[2])
  local last = now
  for line = 1, lines do
    local tally = KEYS[3 + line]
    local parent = tonumber(arg(line, 5))
    local parentKey = parent > 0 and KEYS[3 + parent] or ''
    add(tally, tonumber(arg(line, 1)), tonumber(arg(line, 4)), parentKey)
    -- Kept a day longer than any reservation in it lives, for settlements that come late.
    local gone = tonumber(arg(line, 7)) + life + 86400000
    redis.call('PEXPIREAT', tally, string.format('%.0f', gone))
    last = math.max(last, gone)
    redis.call('HSET', KEYS[3], tally, arg(line, 1) .. '|' .. arg(line, 4) .. '|' .. parentKey)
  end
  redis.call('PEXPIREAT', KEYS[3], string.format('%.0f', last))
  redis.call('ZADD', KEYS[1], now + life, ARGV[1])
end

local reply = {full == 0 and 'ok' or 'full', now, redis.call('ZCARD', KEYS[2]), full}
for line = 1, lines do
  reply[#reply + 1] = number(KEYS[3 + line], 'u')
  reply[#reply + 1] = number(KEYS[3 + line], 'w')
end
return reply
