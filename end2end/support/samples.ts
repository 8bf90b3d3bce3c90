/** Every document in `services/`, with answers that lead to its end and to each of its stops; made by the configuration. */
import { readFileSync } from "node:fs";

type Kind = string | Record<string, unknown>;

export interface Question {
  id: string;
  label: string;
  required: boolean;
  kind: Kind;
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
