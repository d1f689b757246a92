package main

func officePages() []entry   { return nil }
func platformPages() []entry { return nil }
