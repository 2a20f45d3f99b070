import { cloneElement, type JSX } from 'preact';
import { useId } from 'preact/hooks';

export interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  /** The input, alone. */
  readonly children: JSX.Element;
}

/** A label above what it labels, and a hint below, which belongs to the input and not to its name. */
export function Field({ label, hint, children }: FieldProps): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label><span>{label}</span>{hint === undefined ? children : cloneElement(children, { 'aria-describedby': id })}</label>
      {hint === undefined ? null : <small id={id}>{hint}</small>}
    </div>
  );
}
