import { HtmlValidate } from "html-validate";

const validator = new HtmlValidate({ root: true, extends: ["html-validate:standard"] });

/** What the standard does not allow in a page as the server sends it, a mistake a line. */
export async function mistakes(html: string): Promise<string[]> {
  const { results } = await validator.validateString(html);
  const lines = html.split("\n");
  return results
    .flatMap(({ messages }) => messages)
    .map(({ ruleId, message, line, column, selector }) => {
      const there = lines[line - 1]!.slice(Math.max(0, column - 2), column + 120);
      return `${ruleId}: ${message} at ${selector}: ${there}`;
    });
}
