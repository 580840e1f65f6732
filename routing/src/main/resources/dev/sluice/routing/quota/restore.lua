-- SPDX-License-Identifier: Apache-2.0
-- Puts back what a node knows was used of a quota before Redis lost its data, or a part of it. Of several nodes the one that knows most counts: s
-- is what was put back so far in the generation g, and only what goes beyond it is added. What survived counts as put back.
--
-- KEYS  1 tally
-- ARGV  1 use, 2 used part of the reserves below, 3 own reserve, 4 when the tally may be forgotten, in ms since 1970, 5 generation,
--       6 whether a part of the data survived: 1 or 0
local function number(field)
  return tonumber(redis.call('HGET', KEYS[1], field) or '0')
end

local before = number('s')
if redis.call('HGET', KEYS[1], 'g') ~= ARGV[5] then
  before = ARGV[6] == '1' and number('u') or 0
end
local more = tonumber(ARGV[1]) - before
if more > 0 then
  local use = number('u') + more
  redis.call('HSET', KEYS[1], 'u', string.format('%.0f', use), 's', ARGV[1], 'g', ARGV[5],
    'c', string.format('%.0f', math.max(0, math.min(use, tonumber(ARGV[3])))),
    'w', string.format('%.0f', math.max(number('w'), tonumber(ARGV[2]))))
  redis.call('PEXPIREAT', KEYS[1], ARGV[4])
end
return 1
