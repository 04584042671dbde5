import { createCounter, type Family, gauge } from "./tally.ts";

export type WebMetrics = {
  /** The site answered a request, with an HTTP status. */
  responded: (status: number) => void;
  /** A page holds an answer open; call what this gives when it is at its end. */
  opened: () => () => void;
};

/** What is counted of the web surface. */
export function createWebMetrics(): { events: WebMetrics; families: () => Family[] } {
  const responses = createCounter({
    name: "mulu_http_responses_total",
    help: "Answers of the web server by class of their status.",
    labels: ["status"],
  });
  for (const status of ["2xx", "3xx", "4xx", "5xx"]) responses.add({ status }, 0);
  let open = 0;
  return {
    events: {
      responded: (status) => responses.add({ status: `${Math.floor(status / 100)}xx` }),
      opened: () => {
        open += 1;
        return () => {
          open -= 1;
        };
      },
    },
    families: () => [
      responses.family(),
      gauge("mulu_web_answers_open", "Answers that pages of visitors hold open just now.", [
        { labels: {}, value: open },
      ]),
    ],
  };
}
