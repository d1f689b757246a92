package main

func platformPages() []entry { return nil }
