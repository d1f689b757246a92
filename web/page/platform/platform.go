// Package platform is the BUMD's desk, which sees what each city uses and what that would cost, and never a person;
// and the mailbox of a demonstration.
package platform
