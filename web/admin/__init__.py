"""Running the house: deliveries in trouble, people, the demo clock."""
