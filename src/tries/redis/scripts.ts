import { createHash } from "node:crypto";
import type { Redis } from "ioredis";

/**
 * Everything of ours in Redis begins so. The number is the version of what is kept: processes of another one do not see it,
 * so that old and new ones can run beside each other.
 */
export const PREFIX = "mulu:2:";

type Script = { text: string; sha: string };
const script = (text: string): Script => ({ text, sha: createHash("sha1").update(text).digest("hex") });

// A Redis without memory lets a script go on that has written anything: what it must refuse comes first.

/** KEYS: what is written. ARGV: ms to keep it. Whether scripts can run and write. */
export const PROBE = script("redis.call('SET', KEYS[1], '', 'PX', ARGV[1])");

/**
 * KEYS: person, open, models. ARGV: id, most in all, most of a person, ms of a reservation, prefix of the queues. Answers `ok`,
 * `person` or `full`. Which models run something is known to Redis alone, hence the keys that are not declared.
 */
export const ADMIT = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('ZCOUNT', KEYS[1], now, '+inf') >= tonumber(ARGV[3]) then return 'person' end
local waiting, most = redis.call('ZCARD', KEYS[2]), tonumber(ARGV[2])
if waiting >= most then
  for _, queue in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do
    waiting = waiting - redis.call('LLEN', ARGV[5] .. queue .. ':active')
  end
  if waiting >= most then return 'full' end
end
redis.call('ZADD', KEYS[1], now + ARGV[4], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. now)
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[4]) then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
redis.call('ZADD', KEYS[2], now + ARGV[4], ARGV[1])
return 'ok'`);

/**
 * KEYS: lock, job, active, stalled and wait of BullMQ, the try. ARGV: job, token, ms, now, whether the lock cannot have run out.
 * Takes a lock again that ran out while nobody else took the job, and puts back what Redis has lost of that: `taken`. `another`:
 * somebody else has it, or may. `over`: its end is shown, and there is no job any more.
 */
export const RETAKE = script(`
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[2] then return 'another' end
local isActive = redis.call('LPOS', KEYS[3], ARGV[1])
local isJob = redis.call('EXISTS', KEYS[2]) == 1
if not owner and not isActive then
  if redis.call('LPOS', KEYS[5], ARGV[1]) then return 'another' end
  local found = redis.pcall('HMGET', KEYS[6], 'started', 'ended', 'shown')
  if found[2] and not isJob then return found[3] and 'over' or 'another' end
  if ARGV[5] == '0' and (isJob or found[1] or found[2]) then return 'another' end
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('SREM', KEYS[4], ARGV[1])
if not isActive then redis.call('LPUSH', KEYS[3], ARGV[1]) end
if not isJob then redis.call('HSET', KEYS[2], 'name', 'try', 'data', '{}', 'opts', '{}', 'timestamp', ARGV[4]) end
return 'taken'`);

/** KEYS: the try. ARGV: `open` for a try that has not ended or `any`, HSET or HSETNX, field, value, … Answers `editing`. */
export const UPDATE = script(`
local found = redis.pcall('HMGET', KEYS[1], 'started', 'ended', 'editing')
if found.err or not (found[1] or found[2]) or (ARGV[1] == 'open' and found[2]) then return false end
redis.call(ARGV[2], KEYS[1], unpack(ARGV, 3))
return found[3]`);

/** KEYS: the try. ARGV: until when it is edited. Answers 1 where it waits. */
export const EDIT = script(`
local found = redis.pcall('HMGET', KEYS[1], 'started', 'ended')
if found.err or found[1] ~= '0' or found[2] then return 0 end
redis.call('HSET', KEYS[1], 'editing', ARGV[1])
return 1`);

/**
 * KEYS: the try, whether it was forgotten, the person's. ARGV: id, ms to keep, until when that is, then fields and values.
 * Answers `ended`, or `ok` and until when somebody is editing the message.
 */
export const END = script(`
local found = redis.pcall('HMGET', KEYS[1], 'started', 'ended', 'editing')
if not found.err and found[2] then return { 'ended' } end
local isKept = not found.err and found[1]
if not isKept then
  local forgotten = redis.call('GET', KEYS[2])
  if forgotten == 'ended' then return { 'ended' } end
  if forgotten then
    redis.call('SET', KEYS[2], 'ended', 'KEEPTTL')
    return { 'ok' }
  end
  if KEYS[3] then
    redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
    redis.call('PEXPIRE', KEYS[3], ARGV[2])
  end
  redis.call('DEL', KEYS[1])
end
redis.call('HSET', KEYS[1], 'ended', 1, unpack(ARGV, 4))
if not isKept then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return { 'ok', isKept and found[3] }`);

/** Runs a script, which Redis keeps from the first time on. */
export async function evaluate(
  redis: Redis,
  { text, sha }: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
    return await redis.eval(text, keys.length, ...keys, ...args);
  }
}
