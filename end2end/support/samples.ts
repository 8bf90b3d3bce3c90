/** Every document in `services/`, with answers that lead to its end and to each of its stops; made by the configuration. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { expect } from "@playwright/test";

import { CORPUS } from "./corpus";

type Kind = string | Record<string, unknown>;

type Greater = { greater: { question: string; than: number } };
type Condition =
  | { is: { question: string; one_of: string[] } }
  | Greater
  | { not: Condition }
  | { all: Condition[] }
  | { any: Condition[] };

export interface Question {
  id: string;
  label: string;
  required: boolean;
  kind: Kind;
  show_if?: Condition;
}

export interface Sample {
  service: { id: string; version: number; title: string; top?: boolean; questions: Question[]; stops: { id: string; title: string; kind: string }[] };
  /** Raw answers by their paths. */
  answers: Record<string, string>;
  /** Questions that need a file. */
  uploads: string[];
  /** For each stop, the answers that lead to it. */
  stops: Record<string, Record<string, string>>;
}

export function kindOf(question: Question): string {
  return typeof question.kind === "string" ? question.kind : Object.keys(question.kind)[0]!;
}

/** The questions of a group. */
export function inner(question: Question): Question[] {
  return (question.kind as { group: { questions: Question[] } }).group.questions;
}

export const samples = JSON.parse(readFileSync(process.env.PORTICO_SAMPLES!, "utf8")) as Record<string, Sample>;

/** An answer to a question that is all right, without a file, by its paths. */
export function anyAnswer(question: Question, path = question.id): Record<string, string> {
  switch (kindOf(question)) {
    case "choice":
    case "choices":
    case "yes_no":
      return { [path]: options(question)[0]! };
    case "declaration":
      return { [path]: "yes" };
    case "date": {
      const { earliest } = (question.kind as { date: { earliest?: { today?: { days: number } } } }).date;
      const isLater = (earliest?.today?.days ?? 0) > 0;
      const [year, month, day] = inDays(isLater ? 30 : 0).split("-");
      return { [`${path}.day`]: day!, [`${path}.month`]: month!, [`${path}.year`]: year! };
    }
    case "slot":
      return { [path]: [workday(7), (question.kind as { slot: { times?: { value: string }[] } }).slot.times?.[0]?.value].filter(Boolean).join(" ") };
    case "group":
      return Object.assign({}, ...inner(question).map((one) => anyAnswer(one, `${path}.1.${one.id}`)));
    case "photos":
    case "documents":
      return {};
    default: {
      const max = (Object.values(question.kind)[0] as { max?: number }).max ?? Infinity;
      const parts = CORPUS[kindOf(question)]!.accept.find((raw) => (raw[""] ?? "").length <= max)!;
      return Object.fromEntries(Object.entries(parts).map(([part, raw]) => [part === "" ? path : `${path}.${part}`, raw]));
    }
  }
}

/** The first day from Monday to Friday in so many days. */
export function workday(days: number): string {
  const on = inDays(days);
  return [0, 6].includes(new Date(on).getUTCDay()) ? workday(days + 1) : on;
}

/** Answers by which a question is asked: each will do, unless the form ends by it. */
export function leadingTo({ show_if }: Question, questions: Question[]): Record<string, string>[] {
  return show_if === undefined ? [{}] : fulfilling(show_if, questions);
}

/** Answers by which a condition holds. */
function fulfilling(condition: Condition, questions: Question[], holds = true): Record<string, string>[] {
  if ("not" in condition) return fulfilling(condition.not, questions, !holds);
  const parts = "all" in condition ? condition.all : "any" in condition ? condition.any : undefined;
  if (parts !== undefined) {
    const each = parts.map((part) => fulfilling(part, questions, holds));
    if ("any" in condition === holds) return each.flat();
    return each.reduce((before, more) => before.flatMap((one) => more.map((other) => ({ ...one, ...other }))));
  }
  const { question } = "is" in condition ? condition.is : (condition as Greater).greater;
  const asked = questions.find(({ id }) => id === question)!;
  const values = "is" in condition
    ? options(asked).filter((value) => condition.is.one_of.includes(value) === holds)
    : [String((condition as Greater).greater.than + (holds ? 1 : 0))];
  return leadingTo(asked, questions).flatMap((one) => values.map((value) => ({ ...one, [question]: value })));
}

function options({ kind }: Question): string[] {
  return kind === "yes_no" ? ["no", "yes"] : (Object.values(kind)[0] as { options: { value: string }[] }).options.map(({ value }) => value);
}

/** A day so many days from today, as 2026-11-25. */
function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

/** A service's document in which the days on which it is closed begin and end so many days from today. */
export function closed(id: string, from: number, until: number): Record<string, string> {
  const text = readFileSync(resolve(__dirname, `../../services/${id}.toml`), "utf8");
  const moved = text.replace(/^from = ".*"$/m, `from = "${inDays(from)}"`).replace(/^until = ".*"$/m, `until = "${inDays(until)}"`);
  expect(moved, "the document says from when to when it is closed").not.toBe(text);
  return { [`${id}.toml`]: moved };
}
