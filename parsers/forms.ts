/**
 * One table for the forms of parsers whose literal texts come from the line (a level word, a thread's name): each form
 * is one string object, and there is a limit to how many a sender can make up; what is beyond it is kept raw.
 */
import { flat } from './intern.ts';
import { NO_FORM } from './parser.ts';

/** The corpus needs under 100; the store codes them by number. */
const FORMS_MAX = 2048;
const forms = new Map<string, string>();

export function sharedForm(form: string | undefined): string {
  if (form === undefined) return NO_FORM;
  const known = forms.get(form);
  if (known !== undefined) return known;
  if (forms.size >= FORMS_MAX) return NO_FORM;
  const made = flat(form);
  forms.set(made, made);
  return made;
}

/** Text that may stand in a form as it is: no places, no characters that forms give a meaning to. */
export function isPlainText(text: string): boolean {
  return !/[%|+~$?\n]/.test(text);
}
