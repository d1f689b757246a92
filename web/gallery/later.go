package main

func accountPages() []entry  { return nil }
func residentPages() []entry { return nil }
func officePages() []entry   { return nil }
func platformPages() []entry { return nil }
