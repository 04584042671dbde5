import { describe, expect, it } from "vitest";
import { isInternal, redirectTarget } from "#src/sync/hubs/redirect.ts";

const HUB = new URL("https://huggingface.co");
const to = (location: string, from = HUB, configured = HUB): string | undefined =>
  redirectTarget(location, from, configured)?.href;

describe("a redirect of a hub", () => {
  it.each([
    ["/api/models/Qwen/Qwen4", "https://huggingface.co/api/models/Qwen/Qwen4"],
    ["https://cdn-lfs.hf.co/x?Signature=1", "https://cdn-lfs.hf.co/x?Signature=1"],
    ["https://8.8.8.8/", "https://8.8.8.8/"],
    ["https://172.32.0.1/", "https://172.32.0.1/"],
  ])("to %s is followed", (location, href) => expect(to(location)).toBe(href));

  it.each([
    "http://huggingface.co/api/models",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fd00::1]/",
    "https://169.254.169.254/latest/meta-data",
    "https://10.1.2.3/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://localhost/",
    "https://localhost./",
    "https://metadata.google.internal/",
    "https://redis/",
    "https://",
  ])("to %s is not", (location) => expect(to(location)).toBeUndefined());

  it("of a mirror in one's own network may stay there, and go no other way than https once it is there", () => {
    const mirror = new URL("http://10.0.0.5:8080");
    expect(to("/x", mirror, mirror)).toBe("http://10.0.0.5:8080/x");
    expect(to("http://10.0.0.6/x", mirror, mirror)).toBe("http://10.0.0.6/x");
    expect(to("http://10.0.0.5:8080/x", new URL("https://cdn.example.org"), mirror)).toBeUndefined();
  });

  it("tells public addresses from others", () => {
    for (const host of ["huggingface.co", "hf-mirror.com", "1.1.1.1", "[2606:4700::1111]"])
      expect(isInternal(new URL(`https://${host}`))).toBe(false);
  });
});
