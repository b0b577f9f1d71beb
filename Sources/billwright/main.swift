print("billwright")
