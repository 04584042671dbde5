import { expect, test } from "vitest";
import { button, buttonRow, container, customId, textDisplay, type View } from "#src/chat/view.ts";
import { endOfShown } from "#src/discord/shown-before.ts";

const TRY = "0123456789abcdef";
const messageWith = (text: string, action: "stop" | "again", attempt = TRY): View => ({
  components: [container([textDisplay(text), buttonRow([button("…", customId("try", action, attempt))])])],
});
const end = messageWith("> 问题\n-# 回答中断了", "again");
const shownOver = (message: View): string | undefined => {
  const view = endOfShown(end, message.components, TRY);
  return view && JSON.stringify(view.components);
};

test("what a message shows of a try stays where there is more of it than in the end", () => {
  const shown = shownOver({
    components: [
      container([
        textDisplay(`> 问题\n${"回答".repeat(40)}`),
        textDisplay("-# 正在回答……"),
        buttonRow([button("停止", customId("try", "stop", TRY))]),
      ]),
    ],
  });
  expect(shown).toContain("回答".repeat(40));
  expect(shown).not.toContain("正在回答");
});

test("the end is shown over less text, and over what shows nothing of this try", () => {
  expect(shownOver(messageWith("> 问题", "stop"))).toContain("回答中断了");
  const refusal = { components: [container([textDisplay("任务队列连不上，暂时不能试用模型。".repeat(5))])] };
  expect(shownOver(refusal)).toContain("> 问题");
  expect(shownOver(messageWith("别的回答".repeat(40), "stop", "fedcba9876543210"))).toContain("> 问题");
});

test("an end that is shown is left alone, and that of another try is none", () => {
  expect(shownOver(messageWith("> 问题\n全部回答", "again"))).toBeUndefined();
  expect(shownOver(messageWith("全部回答".repeat(40), "again", "fedcba9876543210"))).toContain("> 问题");
});
