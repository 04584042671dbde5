import { expect, test } from "vitest";
import { workerName } from "#src/tries/redis/worker-name.ts";

test.each([
  ["gpu-box", "gpu-box"],
  ["gpu-box.lan.example", "gpu-box"],
  ["DESKTOP-4F2A", "DESKTOP-4F2A"],
  ["a7c3f0b9e1d2", "a7c3f0b9e1d2"],
])("the machine %s is %s to people", (hostname, name) => {
  expect(workerName(hostname)).toBe(name);
});

test.each([
  "ip-10-0-0-5",
  "ip-10-0-0-5.eu-west-1.compute.internal",
  "192.168.1.20",
  "fe80::1",
  "static.203.0.113.7.example",
])("the machine %s, whose name is an address, is a number that stays", (hostname) => {
  const name = workerName(hostname);
  expect(name).toMatch(/^worker-[0-9a-f]{4}$/);
  expect(workerName(hostname)).toBe(name);
});

test("two of them are told apart", () => {
  expect(workerName("ip-10-0-0-5")).not.toBe(workerName("ip-10-0-0-6"));
});
