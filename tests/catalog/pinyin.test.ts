import { expect, test } from "vitest";
import { initialsOf, pinyinOf } from "#src/catalog/search/pinyin.ts";

test.each([
  ["通义千问", "tongyiqianwen", "tyqw"],
  ["智谱清言", "zhipuqingyan", "zpqy"],
  ["百川", "baichuan", "bc"],
  ["零一万物", "lingyiwanwu", "lyww"],
  ["月之暗面", "yuezhianmian", "yzam"],
  ["阶跃星辰", "jieyuexingchen", "jyxc"],
  ["书生浦语", "shushengpuyu", "sspy"],
  ["深度求索", "shenduqiusuo", "sdqs"],
  ["文心一言", "wenxinyiyan", "wxyy"],
  ["上海人工智能实验室", "shanghairengongzhinengshiyanshi", "shrgznsys"],
  ["源2.0", "yuan2.0", "y2.0"],
  ["绿女略虐", "lvnvlvenve", "lnln"],
  ["qwen", "qwen", "qwen"],
])("%s is read %s, in short %s", (text, spelling, initials) => {
  expect(pinyinOf(text)).toBe(spelling);
  expect(initialsOf(text)).toBe(initials);
});
