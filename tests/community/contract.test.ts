import { describe, expect, test } from "vitest";
import { IMPLEMENTATIONS } from "#tests/community/stores.ts";

describe.each(IMPLEMENTATIONS)("the community store in $name", ({ prepare }) => {
  const open = prepare();

  test("what is not there is nothing, and cannot be removed", async () => {
    const { store } = await open();
    expect(await store.get("blocks", "a")).toBeUndefined();
    expect(await store.list("blocks")).toEqual([]);
    expect(await store.remove("blocks", "a")).toBe(false);
  });

  test("what is put is kept for the next process, until it is removed", async () => {
    const { store, again } = await open();
    const value = { by: "1", until: null, note: "刷屏 🐛", list: [1, 2.5, true, ""] };
    await store.put("blocks", "a", value);
    await store.put("blocks", "b", false);
    expect(await store.get("blocks", "a")).toEqual(value);
    await store.close();
    const later = await again();
    expect(await later.get("blocks", "a")).toEqual(value);
    expect(await later.remove("blocks", "a")).toBe(true);
    expect(await later.remove("blocks", "a")).toBe(false);
    await later.close();
    expect(await (await again()).list("blocks")).toEqual([{ key: "b", value: false }]);
  });

  test("the newest value wins, also of many that are put at once", async () => {
    const { store, again } = await open();
    await Promise.all(Array.from({ length: 50 }, (_, at) => store.put("quotas", "a", at)));
    expect(await store.get("quotas", "a")).toBe(49);
    expect(await (await again()).get("quotas", "a")).toBe(49);
  });

  test("collections are apart, whatever their keys are called, and listed in the order of the keys", async () => {
    const { store, again } = await open();
    const keys = ["b", "a", "", "10", "9", "a:b", "__proto__", "键", "😀", "\uffee", "%", "a b\n"];
    for (const key of keys) await store.put("blocks", key, { key });
    await store.put("pauses", "a", 1);
    const expected = keys.toSorted().map((key) => ({ key, value: { key } }));
    for (const each of [store, await again()]) {
      expect(await each.list("blocks")).toEqual(expected);
      expect(await each.list("pauses")).toEqual([{ key: "a", value: 1 }]);
    }
    expect(await store.get("pauses", "b")).toBeUndefined();
  });

  test("what a caller does with a value it was given changes nothing that is kept", async () => {
    const { store } = await open();
    const value = { users: ["a"] };
    await store.put("pauses", "all", value);
    value.users.push("b");
    expect(await store.get("pauses", "all")).toEqual({ users: ["a"] });
    const [found] = await store.list("pauses");
    Object.assign(found?.value ?? {}, { users: [] });
    expect(await store.get("pauses", "all")).toEqual({ users: ["a"] });
  });

  test("a value that is no JSON is a fault of the program", async () => {
    const { store } = await open();
    await expect(store.put("blocks", "a", undefined)).rejects.toThrow(TypeError);
    expect(await store.list("blocks")).toEqual([]);
  });

  test("what one process puts another one sees", async () => {
    const { store, again } = await open();
    const other = await again();
    expect(await other.list("blocks")).toEqual([]);
    await store.put("blocks", "a", 1);
    expect(await other.get("blocks", "a")).toBe(1);
    await other.remove("blocks", "a");
    expect(await store.list("blocks")).toEqual([]);
  });
});
