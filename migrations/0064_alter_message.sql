-- Messages are mails alone: no page shows them, so the words of one that has left are not kept.

-- +goose Up
-- The rewrite reaches the rows of every city, which row-level security hides from the owner's UPDATE.
ALTER TABLE message ALTER COLUMN data TYPE jsonb USING CASE WHEN status = 'sent' THEN '{}' ELSE data END;
-- inbox and read_at stay for the previous version of the program, which writes them; nothing reads them any more.
ALTER TABLE message ALTER COLUMN inbox SET DEFAULT false;
DROP INDEX message_inbox;
-- Since when it waits: a message that an operator sends again has all its time again. Its attempts count from now on the
-- mail server's refusals of the message itself.
ALTER TABLE message ADD COLUMN queued_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX message_unsent ON message (tenant_id, status) WHERE status <> 'sent';
