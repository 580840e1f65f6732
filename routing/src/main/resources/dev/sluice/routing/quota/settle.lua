-- SPDX-License-Identifier: Apache-2.0
-- Ends a reservation: replaces what it holds by the actual use, which is 0 where it is cancelled. A second call for the same id does nothing.
-- If the reservation has been given back meanwhile, or was made elsewhere, the actual use is charged in full.
--
-- KEYS  1 reservations by expiry, 2 the reservation, 3 the mark that it has ended, 4.. a tally for each line
-- ARGV  1 reservation id, 2 life of the mark in ms, 3 ms that a tally is kept after its window,
--       then for each line: 4 actual units, 5 units that count as held where the reservation is not known, which is 0 unless Redis has lost its
--       data since, 6 own reserve, 7 line of the parent (0 for none), 8 end of the window in ms
-- Reply {0} if it had ended, else {1, then for each line: use}
local LINE = 5
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function arg(line, field)
  return ARGV[3 + (line - 1) * LINE + field]
end

local function number(key, field)
  return tonumber(redis.call('HGET', key, field) or '0')
end

if not redis.call('SET', KEYS[3], '1', 'NX', 'PX', ARGV[2]) then
  return {0}
end

local reply = {1}
for line = 1, #KEYS - 3 do
  local tally = KEYS[3 + line]
  local gone = tonumber(arg(line, 5)) + tonumber(ARGV[3])
  local held = redis.call('HGET', KEYS[2], tally)
  local units = held and tonumber(string.match(held, '^(%d+)|')) or tonumber(arg(line, 2))
  local change = tonumber(arg(line, 1)) - units
  if change ~= 0 and (redis.call('EXISTS', tally) == 1 or now < gone) then
    local use = math.max(0, number(tally, 'u') + change)
    redis.call('HSET', tally, 'u', string.format('%.0f', use))
    local parent = tonumber(arg(line, 4))
    if parent > 0 and redis.call('EXISTS', KEYS[3 + parent]) == 1 then
      local had = number(tally, 'c')
      local has = math.max(0, math.min(use, tonumber(arg(line, 3))))
      if had ~= has then
        redis.call('HSET', tally, 'c', string.format('%.0f', has))
        redis.call('HINCRBY', KEYS[3 + parent], 'w', string.format('%.0f', has - had))
      end
    end
    redis.call('PEXPIREAT', tally, string.format('%.0f', gone))
  end
  reply[#reply + 1] = number(tally, 'u')
end
redis.call('DEL', KEYS[2])
redis.call('ZREM', KEYS[1], ARGV[1])
return reply
